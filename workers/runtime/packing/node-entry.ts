import { parentPort } from "node:worker_threads";
import { servePacking } from "./serve-packing.ts";

parentPort?.on("message", servePacking());
