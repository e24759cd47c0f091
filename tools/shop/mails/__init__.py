"""Where the shop's mails are made: the words, the layout and the style sheet, from which the shipped templates come."""
