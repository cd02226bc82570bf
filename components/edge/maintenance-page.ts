interface MaintenancePage {
  readonly title: string;
  readonly message: string;
  readonly retryAfterSeconds: number;
}

/** The page customers see while business is stopped. It asks again by itself; a load balancer takes 1024 characters. */
export function maintenancePage({ title, message, retryAfterSeconds }: MaintenancePage): string {
  return [
    "<!doctype html>",
    `<meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<meta http-equiv="refresh" content="${retryAfterSeconds}">`,
    `<title>${escaped(title)}</title>`,
    `<body style="font:1.1rem sans-serif;margin:15vh auto;max-width:32rem;padding:1rem">`,
    `<h1>${escaped(title)}</h1><p>${escaped(message)}</p>`,
  ].join("");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
