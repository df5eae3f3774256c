/** The web console begins here: routes of the API, shown in a browser (`docs/console.md`). */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { z } from "zod";
import { App } from "./app.tsx";
import { showTheme } from "./parts/use-theme.ts";
import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import "./style/overheads.css";

// Else zod tries whether it may compile schemas, which the page's policy forbids and the browser reports.
z.config({ jitless: true });
showTheme();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
