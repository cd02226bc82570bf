import { z } from "zod";
import { matching, version } from "./fields";

export const release = z
  .strictObject({
    current: version(
      "Release in use when the upgrade starts. Changing it outside an upgrade replaces the running release.",
    ),
    next: version("Release being introduced. Absent in a steady stack.").optional(),
    directory: matching(
      /^[^\s]+$/,
      "must be a folder",
      "Folder that holds one folder a release; relative to the project's root.",
    ).default("releases"),
  })
  .meta({ description: "The two releases of an upgrade." });
