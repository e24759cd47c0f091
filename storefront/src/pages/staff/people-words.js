/** Words for what the API says about people in codes. */
export const ROLES = [["customer", "Customer"], ["staff", "Staff"], ["admin", "Admin"]];

export const roleText = (role) => ROLES.find(([value]) => value === role)?.[1] ?? role;

/** → [text, kind of tag] */
export const statusOf = (user) => {
  if (user.disabled) return ["Disabled", "cancelled"];
  return user.email_verified ? ["Active", "confirmed"] : ["Not confirmed", "pending"];
};
