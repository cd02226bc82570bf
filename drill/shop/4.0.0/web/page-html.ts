export const html = "";
