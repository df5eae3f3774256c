import { parentPort } from "node:worker_threads";
import { serveTranslation } from "./serve-translation.ts";

parentPort?.on("message", serveTranslation());
