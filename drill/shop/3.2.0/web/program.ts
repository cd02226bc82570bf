import { webRoutes } from "../../api/web";
import type { Program } from "../../common/program";
import { RELEASE } from "../model";
import { html } from "./page-html";
import { script } from "./page-script";
import { style } from "./page-style";

export const web: Program = {
  ...RELEASE,
  module: "web",
  needs: { service: [] },
  service: () => webRoutes({ html, script, style }),
};
