import { webRoutes } from "../../api/web";
import type { Program } from "../../common/program";
import type { Model } from "../model";
import { html } from "./page-html";
import { script } from "./page-script";
import { style } from "./page-style";

export const web = (model: Model): Program => ({
  release: model.release,
  schema: model.schema,
  module: "web",
  needs: { service: [] },
  service: () => webRoutes({ html, script, style }),
});
