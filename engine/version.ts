/** The CLI release whose behaviour this engine follows. */
export const VERSION = "3.259.0";
