import { randomBytes } from "node:crypto";
import { differences, topOf } from "../provider/differences";
import type { CheckRequest, DiffRequest, Provider, ResourceCall } from "../provider/provider";
import { plain, Secret, UNKNOWN, type Value, type Values } from "../provider/values";
import { GENERATORS, type Generator } from "./generators";

/**
 * The random provider. It keeps nothing: a value lives in the state of the stack, and a refresh answers what is there.
 * Every input is a reason to draw anew.
 */
export function createRandomProvider(version: string): Provider {
  const generatorOf = ({ type }: ResourceCall): Generator => {
    const generator = GENERATORS[type];
    if (generator === undefined) throw new Error(`The drill cloud has no ${type}.`);
    return generator;
  };
  const marked = (generator: Generator, outputs: Values): Values =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [
        name,
        generator.secret.includes(name) && !(value instanceof Secret) ? new Secret(value) : value,
      ]),
    );
  return {
    name: "random",
    version,
    async check(request: CheckRequest) {
      const generator = generatorOf(request);
      const given = Object.fromEntries(Object.entries(request.inputs).filter(([, value]) => value !== null));
      const inputs = { ...generator.defaults, ...given };
      return { inputs, failures: generator.check(plain(inputs)) };
    },
    async diff(request: DiffRequest) {
      const generator = generatorOf(request);
      const changes = differences(
        request.oldInputs,
        request.inputs,
        (path) => !generator.inPlace.includes(topOf(path)),
      );
      return { changes };
    },
    async create(request) {
      const generator = generatorOf(request);
      if (request.preview) {
        const unknown: Record<string, Value> = { ...request.inputs };
        for (const name of generator.outputs) unknown[name] = UNKNOWN;
        return { id: "", outputs: marked(generator, unknown) };
      }
      const { id, outputs } = generator.draw(plain(request.inputs), randomBytes);
      return { id, outputs: marked(generator, { ...request.inputs, ...outputs }) };
    },
    async read(request) {
      const generator = generatorOf(request);
      if (request.outputs !== undefined && Object.keys(request.outputs).length > 0)
        return { id: request.id, inputs: request.inputs ?? {}, outputs: request.outputs };
      const { inputs, outputs } = generator.adopt(request.id);
      return { id: request.id, inputs, outputs: marked(generator, { ...inputs, ...outputs }) };
    },
    async update(request) {
      const kept = Object.fromEntries(
        generatorOf(request).outputs.flatMap((name) => {
          const value = request.oldOutputs[name];
          return value === undefined ? [] : [[name, value]];
        }),
      );
      return marked(generatorOf(request), { ...request.inputs, ...kept });
    },
    async delete() {},
    async invoke(request) {
      throw new Error(`The random provider has no function ${request.token}.`);
    },
  };
}
