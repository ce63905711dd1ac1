import type { Tensor } from "@yolo-compile/core";
import { shakeLastBits } from "./last-bits.js";
import { CPU } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";

/** Tensors by the name of an input or output. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** The inputs of one run. */
export interface NamedInput {
  /** The name in reports: `noise (seed 1)`, `bus.jpg`. */
  readonly name: string;
  /** One for each of the model's inputs, by name. */
  readonly tensors: Tensors;
  /** Runs only as users deploy the model, with ONNX Runtime's own rewriting on. */
  readonly deployedOnly?: boolean;
}

/** An input, and the outputs that a model has to give. */
export interface ExpectedCase<Input extends NamedInput = NamedInput> {
  readonly input: Input;
  readonly outputs: Tensors;
  /**
   * The reference's outputs with other last bits. Runs it when first called.
   * @throws runtime/…
   */
  readonly shaken?: () => Promise<ShakenOutputs>;
  /** The same by more seeds. Where last bits decide, what they do differs a hundredfold from one seed to the next. */
  readonly shakenMore?: () => Promise<ShakenOutputs>;
}

/** A model's outputs with other last bits. */
export interface ShakenOutputs {
  /** In the input, by each of the seeds. */
  readonly byInput: readonly Tensors[];
  /** In its constants, by each of the seeds; left out where these are not known. */
  readonly byConstants?: readonly Tensors[];
}

/** A model that is right by definition, and its inputs. */
export interface ReferenceRequest<Input extends NamedInput = NamedInput> {
  readonly model: ModelSource;
  /** The name in messages; left out, its path. */
  readonly name?: string;
  /** Makes inputs that fit the model. */
  readonly inputs: (session: Session) => readonly Input[];
  /** Makes the same model with other last bits in its constants; called when `shaken` or `shakenMore` is. */
  readonly shakenModel?: (seed: number) => ModelSource;
}

/** The level at which the file runs as it is written. */
export const REFERENCE_LEVEL: OptimizationLevel = "disabled";

/** Seeds for other last bits. */
interface ShakeSeeds {
  readonly input: readonly number[];
  readonly constants: readonly number[];
}

/** Two for the input, since with a single one an element may happen to move hardly at all. */
const SHAKES: ShakeSeeds = { input: [1, 2], constants: [1] };

/** Further ones, for inputs on which the last bits alone exceed a tenth of the tolerance. */
const MORE_SHAKES: ShakeSeeds = { input: [3, 4, 5, 6], constants: [2, 3, 4] };

/** A model's outputs on the CPU with ONNX Runtime's own rewriting off. @throws runtime/… */
export async function runReference<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
): Promise<ExpectedCase<Input>[]> {
  return withReference(request, async (session) => {
    const cases: ExpectedCase<Input>[] = [];
    for (const input of request.inputs(session)) {
      const shaken = onlyOnce(() => runShaken(request, input, SHAKES));
      const shakenMore = onlyOnce(async () => joinShaken(await shaken(), await runShaken(request, input, MORE_SHAKES)));
      cases.push({ input, outputs: await session.run(input.tensors), shaken, shakenMore });
    }
    return cases;
  });
}

const joinShaken = (few: ShakenOutputs, more: ShakenOutputs): ShakenOutputs => ({
  byInput: [...few.byInput, ...more.byInput],
  ...(few.byConstants && more.byConstants && { byConstants: [...few.byConstants, ...more.byConstants] }),
});

async function runShaken<Input extends NamedInput>(
  request: ReferenceRequest<Input>,
  { tensors }: Input,
  seeds: ShakeSeeds,
): Promise<ShakenOutputs> {
  const byInput = await withReference(request, (session) =>
    inTurn(seeds.input, (seed) => session.run(shakeLastBits(tensors, seed))),
  );
  const { shakenModel } = request;
  if (!shakenModel) return { byInput };
  const byConstants = await inTurn(seeds.constants, (seed) =>
    withReference({ ...request, model: shakenModel(seed) }, (session) => session.run(tensors)),
  );
  return { byInput, byConstants };
}

/** One after the other, so that one session at a time holds memory. */
async function inTurn<Result>(seeds: readonly number[], run: (seed: number) => Promise<Result>): Promise<Result[]> {
  const found: Result[] = [];
  for (const seed of seeds) found.push(await run(seed));
  return found;
}

async function withReference<Input extends NamedInput, Result>(
  { model, name }: ReferenceRequest<Input>,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  return useOnce(
    await openSession(model, { provider: CPU, level: REFERENCE_LEVEL, ...(name !== undefined && { name }) }),
    use,
  );
}

/** Uses a session and releases it. */
export async function useOnce<Opened extends Session, Result>(
  session: Opened,
  use: (session: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

function onlyOnce<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}
