import { Link } from "wouter";
import { describeProgress } from "../model/describe-progress.ts";
import { millions } from "../model/millions.ts";
import { useSubmission } from "../parts/use-submission.ts";

/** A row of a list of runs. */
export function RunLine({ id, worker }: { readonly id: string; readonly worker?: string }) {
  const { data, problem } = useSubmission(id, 2000);
  const instructions = data?.result?.instructions ?? data?.progress?.instructions;
  return (
    <tr>
      <th scope="row">
        <Link href={`/runs/${id}`}>{id}</Link>
      </th>
      {data === undefined ? (
        <td colSpan={6}>{problem ? problem.message : "…"}</td>
      ) : (
        <>
          <td>{data.title}</td>
          <td>{data.state}</td>
          <td>{worker ?? data.result?.worker}</td>
          <td>{describeProgress(data)}</td>
          <td className="number">
            {data.result ? `${data.result.score} of ${data.maxScore}` : ""}
          </td>
          <td className="number">{instructions === undefined ? "" : millions(instructions)}</td>
        </>
      )}
    </tr>
  );
}
