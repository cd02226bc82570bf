import type { Source, Target } from "../../declarations/model";
import { anyDiffers, differing } from "../../declarations/originals";
import { replaceReferences } from "../../declarations/references";

/** A source whose expressions hold everything in place of prepared values, of which it has none any more. */
export function spelledOut(source: Source): Source {
  const prepared = new Map(source.prepare.flatMap((stage) => Object.entries(stage)));
  const spell = (text: string): string =>
    replaceReferences(text, (name) => {
      const value = prepared.get(name);
      return value === undefined ? undefined : `(${spell(value)})`;
    });
  return {
    ...source,
    prepare: [],
    rules: source.rules.map((rule) => ({ ...rule, when: spell(rule.when) })),
    targets: source.targets.map((target) => spelledTarget(target, spell)),
  };
}

function spelledTarget(target: Target, spell: (text: string) => string): Target {
  return {
    ...target,
    ...(target.when === undefined ? {} : { when: spell(target.when) }),
    ...(target.each === undefined ? {} : { each: { ...target.each, from: spell(target.each.from) } }),
    columns: target.columns.map((column) => {
      if (column.remembers === undefined) return { ...column, forward: spell(column.forward) };
      const remembers = column.remembers.map((one) => ({ ...one, differs: spell(one.differs) }));
      return {
        ...column,
        remembers,
        forward: `CASE WHEN ${anyDiffers(remembers)} THEN ${differing(remembers)} END`,
      };
    }),
  };
}
