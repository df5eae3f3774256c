import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { CronJob } from "kubernetes-models/batch/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service } from "kubernetes-models/v1";

/** The kinds of object that our manifests consist of, as apiVersion/kind. */
const models = {
  "apps/v1/Deployment": Deployment,
  "apps/v1/StatefulSet": StatefulSet,
  "autoscaling/v2/HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "batch/v1/CronJob": CronJob,
  "keda.sh/v1alpha1/ScaledObject": ScaledObject,
  "networking.k8s.io/v1/NetworkPolicy": NetworkPolicy,
  "policy/v1/PodDisruptionBudget": PodDisruptionBudget,
  "v1/ConfigMap": ConfigMap,
  "v1/Namespace": Namespace,
  "v1/PersistentVolumeClaim": PersistentVolumeClaim,
  "v1/Secret": Secret,
  "v1/Service": Service,
};

export type ClusterObject = InstanceType<(typeof models)[keyof typeof models]>;

/**
 * An object as Kubernetes' (or KEDA's) published schema knows it. Fields that the schema does not
 * know pass here: see `unknownFields`.
 *
 * @throws Error when it is of a kind that our manifests do not have, or breaks its schema
 */
export function clusterObject(plain: unknown): ClusterObject {
  const { apiVersion, kind } = plain as { apiVersion: string; kind: string };
  const Model = models[`${apiVersion}/${kind}` as keyof typeof models];
  if (Model === undefined) throw new Error(`${apiVersion}/${kind} is none of our kinds`);
  const object = new (Model as new (data: unknown) => ClusterObject)(plain);
  object.validate();
  return object;
}
