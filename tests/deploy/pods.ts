import type { Deployment, IDeployment, StatefulSet } from "kubernetes-models/apps/v1";
import type { CronJob } from "kubernetes-models/batch/v1";
import type { IContainer, IEnvVar, IPodSpec } from "kubernetes-models/v1";
import type { ClusterObject } from "./cluster-object.ts";

/** A workload's pod template: labels, spec and its one container. */
export interface Pod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
  readonly container: IContainer;
}

/** The pods that the objects ask for, by the workload's name. */
export function podsOf(objects: readonly ClusterObject[]): ReadonlyMap<string, Pod> {
  const workloads = objects.filter(
    (object): object is Deployment | StatefulSet | CronJob =>
      object.kind === "Deployment" || object.kind === "StatefulSet" || object.kind === "CronJob",
  );
  return new Map(
    workloads.map((workload) => {
      const name = workload.metadata?.name ?? "";
      const owner = workload.kind === "CronJob" ? workload.spec?.jobTemplate.spec : workload.spec;
      const { metadata, spec } = (owner as NonNullable<IDeployment["spec"]>).template;
      const [container, ...others] = spec?.containers ?? [];
      if (spec === undefined || container === undefined || others.length > 0) {
        throw new Error(`${name} does not have exactly one container`);
      }
      return [name, { name, labels: metadata?.labels ?? {}, spec, container }];
    }),
  );
}

/** One pod of them. */
export function podOf(objects: readonly ClusterObject[], name: string): Pod {
  const pod = podsOf(objects).get(name);
  if (pod === undefined) throw new Error(`there is no workload ${name}`);
  return pod;
}

/**
 * Variables as the kubelet sets them: references looked up, `$(NAME)` replaced.
 *
 * @param address of the pod
 */
export function environmentOf(
  objects: readonly ClusterObject[],
  { name, container }: Pod,
  address = "127.0.0.1",
): Record<string, string> {
  const set: Record<string, string> = {};
  for (const variable of container.env ?? []) {
    const value = sourceValue(objects, variable, { name: `${name}-0`, address });
    if (value !== undefined) set[variable.name] = expanded(value, set);
  }
  return set;
}

/** `$(NAME)` replaced by variables that are set; an unknown one stays as it is, as in Kubernetes. */
export function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole);
}

/** @throws Error when a ConfigMap, Secret or key that must be there is not */
function sourceValue(
  objects: readonly ClusterObject[],
  { name, value, valueFrom }: IEnvVar,
  pod: { readonly name: string; readonly address: string },
): string | undefined {
  if (valueFrom === undefined) return value ?? "";
  if (valueFrom.fieldRef?.fieldPath === "metadata.name") return pod.name;
  if (valueFrom.fieldRef?.fieldPath === "status.podIP") return pod.address;
  const source = valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef;
  const kind = valueFrom.configMapKeyRef === undefined ? "Secret" : "ConfigMap";
  const object = objects.find(
    ({ kind: is, metadata }) => is === kind && metadata?.name === source?.name,
  );
  const data = (object as { data?: Record<string, string> } | undefined)?.data ?? {};
  const found = data[source?.key ?? ""];
  if (found === undefined && source?.optional !== true) {
    throw new Error(`${name}: ${kind} ${source?.name} has no ${source?.key}`);
  }
  return kind === "Secret" && found !== undefined ? atob(found) : found;
}
