import { Failure } from "../../../workers/vmm/base/failure.ts";

/** The code of the `Failure` that `action` throws; whatever else it throws goes on. */
export function failureCode(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Failure && error.message !== "" && error.hint !== "") {
      return error.code;
    }
    throw error;
  }
}
