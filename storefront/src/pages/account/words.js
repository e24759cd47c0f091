/** What problems mean where the account's owner is asked for the password once more. */
export const WRONG_PASSWORD = { invalid_credentials: "This is not your current password." };
