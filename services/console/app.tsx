import { useState } from "react";
import { Link, Route, Switch } from "wouter";
import { HomePage } from "./pages/home-page.tsx";
import { RunPage } from "./pages/run-page.tsx";
import { Choice } from "./parts/choice.tsx";
import { Notice } from "./parts/notice.tsx";
import { chooseTheme, chosenTheme, type ThemeChoice } from "./parts/use-theme.ts";

const themes: Readonly<Record<ThemeChoice, string>> = {
  auto: "Auto",
  light: "Light",
  dark: "Dark",
};

/** What all pages have around them, and which page it is. */
export function App() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="name">
          Trapline
        </Link>
        <nav aria-label="Main">
          <Link href="/" className="link">
            Runs
          </Link>
          <a href="/openapi.json" className="link">
            API
          </a>
        </nav>
        <Choice
          label="Colours"
          options={themes}
          value={theme}
          onChange={(choice) => {
            chooseTheme(choice);
            setTheme(choice);
          }}
        />
      </header>
      <main id="content" tabIndex={-1}>
        <Switch>
          <Route path="/" component={HomePage} />
          <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} tab="overheads" />}</Route>
          <Route path="/runs/:id/console">
            {({ id }) => <RunPage key={id} id={id} tab="console" />}
          </Route>
          <Route>
            <Notice title="There is no such page">
              <Link href="/">Back to the runs</Link>
            </Notice>
          </Route>
        </Switch>
      </main>
    </>
  );
}
