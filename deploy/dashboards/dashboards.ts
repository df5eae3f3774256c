import type { Dashboard } from "./panel.ts";

const rate = "[$__rate_interval]";
/** Every replica of the API says the same of the one queue. */
const queue = (metric: string) => `max by (trapline_job_state) (${metric})`;
const quantiles = (metric: string, by = "") =>
  ([0.5, 0.99] as const).map((part) => ({
    ask: `histogram_quantile(${part}, sum by (le${by}) (rate(${metric}_bucket${rate})))`,
    legend: `${part === 0.5 ? "median" : "99 %"}${by === "" ? "" : ` {{${by.slice(2)}}}`}`,
  }));

/** The dashboards of Trapline; `npm run telemetry` writes them as Grafana reads them. */
export const dashboards: readonly Dashboard[] = [
  {
    name: "fleet",
    title: "Fleet",
    help: "How much the workers do, and where their time goes.",
    panels: [
      {
        ...{ title: "Runs by capacity", kind: "lines", unit: "percentunit", width: 8 },
        help: "Above 1 a worker has taken in runs of one that drains.",
        queries: [{ ask: "vm_worker_load_ratio", legend: "{{instance}}" }],
      },
      {
        ...{ title: "Runs", kind: "stack", unit: "none", width: 8 },
        help: "What is prepared for long waits for files or memory.",
        queries: [{ ask: "sum by (vm_run_state) (vm_runs)", legend: "{{vm_run_state}}" }],
      },
      {
        ...{ title: "Guest instructions per second", kind: "lines", unit: "ops", width: 8 },
        help: "What guests get done, by worker.",
        queries: [{ ask: `rate(vm_instructions_total${rate})`, legend: "{{instance}}" }],
      },
      {
        ...{ title: "Where the time goes", kind: "stack", unit: "s", width: 12 },
        help: "Seconds of runs per second. Idle is the guests' own; waiting asks for more threads.",
        queries: [
          {
            ask: `sum by (vm_time_kind) (rate(vm_time_seconds_total${rate}))`,
            legend: "{{vm_time_kind}}",
          },
        ],
      },
      {
        ...{
          title: "Part of the time in the monitor",
          kind: "lines",
          unit: "percentunit",
          width: 12,
        },
        help: "Of the time that guests ran: the overhead of virtualization.",
        queries: [{ ask: "trapline:monitor_share:ratio_rate5m", legend: "{{instance}}" }],
      },
      {
        ...{ title: "Exits per second", kind: "stack", unit: "ops", width: 12 },
        help: "By category; docs/exits.md says what each one is.",
        queries: [
          {
            ask: `sum by (vm_exit_category) (rate(vm_exits_total${rate}))`,
            legend: "{{vm_exit_category}}",
          },
        ],
      },
      {
        ...{ title: "Time of exits", kind: "stack", unit: "s", width: 12 },
        help: "Seconds per second, estimated from those that were timed.",
        queries: [
          {
            ask: `sum by (vm_exit_category) (rate(vm_exit_duration_seconds_sum${rate}))`,
            legend: "{{vm_exit_category}}",
          },
        ],
      },
      {
        ...{ title: "Exits per million instructions", kind: "lines", unit: "short", width: 8 },
        help: "A fleet whose guests changed, or a monitor that did.",
        queries: [{ ask: "trapline:exits_per_million:rate5m" }],
      },
      {
        ...{ title: "What exits are about", kind: "bars", unit: "ops", width: 8 },
        help: "Devices, calls and causes with most exits.",
        queries: [
          {
            ask: `topk(12, sum by (vm_exit_category, vm_exit_part_name) (rate(vm_exit_parts_total${rate})))`,
            legend: "{{vm_exit_category}} {{vm_exit_part_name}}",
          },
        ],
      },
      {
        ...{ title: "What exits' time is about", kind: "bars", unit: "s", width: 8 },
        help: "Devices, calls and causes that take most time: seconds per second.",
        queries: [
          {
            ask: `topk(12, sum by (vm_exit_category, vm_exit_part_name) (rate(vm_exit_part_duration_seconds_sum${rate})))`,
            legend: "{{vm_exit_category}} {{vm_exit_part_name}}",
          },
        ],
      },
      {
        ...{ title: "Translated code", kind: "lines", unit: "bytes", width: 8 },
        help: "Of each worker's fullest thread.",
        queries: [{ ask: "vm_translation_size_bytes", legend: "{{instance}}" }],
      },
      {
        ...{ title: "Regions, and those given up", kind: "lines", unit: "short", width: 8 },
        help: "Where more and more are given up, guests' hot code does not fit.",
        queries: [
          { ask: "vm_translation_regions", legend: "{{instance}} there" },
          { ask: "vm_translation_evictions", legend: "{{instance}} given up" },
        ],
      },
      {
        ...{ title: "Guests' memory", kind: "lines", unit: "bytes", width: 8 },
        help: "What has content of its own; shared pages of templates are not in it.",
        queries: [{ ask: "vm_memory_resident_bytes", legend: "{{instance}}" }],
      },
      {
        ...{ title: "How an exit's time is spread", kind: "heat", unit: "s", width: 8 },
        help: "All categories; a second hump is another path through the monitor.",
        queries: [
          {
            ask: `sum by (le) (increase(vm_exit_duration_seconds_bucket${rate}))`,
            legend: "{{le}}",
          },
        ],
      },
      {
        ...{ title: "Checkpoints", kind: "lines", unit: "s", width: 8 },
        help: "How long guests stand still for one, and how long storing takes meanwhile.",
        queries: [
          ...quantiles("vm_checkpoint_pause_seconds"),
          {
            ask: `histogram_quantile(0.99, sum by (le) (rate(vm_checkpoint_duration_seconds_bucket${rate})))`,
            legend: "99 % until stored",
          },
        ],
      },
      {
        ...{ title: "Size of checkpoints", kind: "lines", unit: "bytes", width: 8 },
        help: "Content of the pages that one names; the first of a run has all of them.",
        queries: quantiles("vm_checkpoint_size_bytes"),
      },
      {
        ...{ title: "Checkpoints by outcome", kind: "lines", unit: "ops", width: 8 },
        help: "One that is not stored costs time when its worker dies.",
        queries: [
          {
            ask: `sum by (vm_checkpoint_stored) (rate(vm_checkpoints_total${rate}))`,
            legend: "stored: {{vm_checkpoint_stored}}",
          },
        ],
      },
      {
        ...{ title: "Dropped telemetry", kind: "lines", unit: "ops", width: 8 },
        help: "What never reached the collector: above 0 traces have holes.",
        queries: [
          {
            ask: `sum by (job, trapline_telemetry_signal) (rate(trapline_telemetry_dropped_total${rate}))`,
            legend: "{{job}} {{trapline_telemetry_signal}}",
          },
        ],
      },
    ],
  },
  {
    name: "vm",
    title: "One VM",
    help: "Everything of one submission's run, from its trace. Metrics name no runs.",
    asks: { run: "Submission" },
    panels: [
      {
        ...{ title: "Its life", kind: "traces", unit: "none", width: 24 },
        help: "One row for each worker that had it; the trace's id leads to all of it.",
        queries: [
          {
            ask: '{ name = "vm.run" && span.vm.run.id = "$run" } | select(span.vm.worker.name, span.vm.runtime, span.vm.run.epoch, span.vm.template.source, span.vm.run.outcome, span.vm.instructions)',
          },
        ],
      },
      {
        ...{ title: "Steps", kind: "traces", unit: "none", width: 12 },
        help: "How long each step of the rubric took.",
        queries: [
          {
            ask: '{ name = "step" && span.vm.run.id = "$run" } | select(span.vm.step.index, span.vm.step.name, span.vm.step.state, span.vm.instructions)',
          },
        ],
      },
      {
        ...{ title: "Exits", kind: "traces", unit: "none", width: 12 },
        help: "By step and category: how many, and what they took.",
        queries: [
          {
            ask: '{ name = "vm.exits" && span.vm.run.id = "$run" } | select(span.vm.exit.category, span.vm.exit.count, span.vm.exit.share, span.vm.exit.time.total, span.vm.exit.time.share, span.vm.exit.time.p50, span.vm.exit.time.p99, span.vm.exit.time.max)',
          },
        ],
      },
      {
        ...{ title: "Single exits that took long", kind: "traces", unit: "none", width: 12 },
        help: "When they were, and where the guest stood.",
        queries: [
          {
            ask: '{ name = "vm.exit" && span.vm.run.id = "$run" } | select(span.vm.exit.category, span.vm.exit.pc, span.vm.exit.at)',
          },
        ],
      },
      {
        ...{ title: "Checkpoints", kind: "traces", unit: "none", width: 12 },
        help: "What each one has, and for how long the guest stood still.",
        queries: [
          {
            ask: '{ name = "checkpoint" && span.vm.run.id = "$run" } | select(span.vm.instructions, span.vm.checkpoint.pages, span.vm.checkpoint.pause, span.vm.checkpoint.stored)',
          },
        ],
      },
    ],
  },
  {
    name: "migration",
    title: "Migration",
    help: "How runs move from worker to worker, and what their guests notice of it.",
    panels: [
      {
        ...{ title: "Moves", kind: "stack", unit: "ops", width: 8 },
        help: "By way and outcome; `stayed` is one that failed.",
        queries: [
          {
            ask: `sum by (vm_migration_way, vm_migration_outcome) (rate(vm_migrations_total${rate}))`,
            legend: "{{vm_migration_way}} {{vm_migration_outcome}}",
          },
        ],
      },
      {
        ...{ title: "Downtime", kind: "lines", unit: "s", width: 8 },
        help: "From the last instruction on one worker to the first on the other.",
        queries: quantiles("vm_migration_downtime_seconds", ", vm_migration_way"),
      },
      {
        ...{ title: "From the order to the end", kind: "lines", unit: "s", width: 8 },
        help: "Long with small downtimes: the guest writes nearly as fast as is sent.",
        queries: quantiles("vm_migration_duration_seconds", ", vm_migration_way"),
      },
      {
        ...{ title: "What a move would cost now", kind: "lines", unit: "s", width: 8 },
        help: "Expected downtime of each worker's worst run.",
        queries: [{ ask: "vm_downtime_expected_seconds", legend: "{{instance}}" }],
      },
      {
        ...{ title: "Memory written to", kind: "lines", unit: "bytes", width: 8 },
        help: "Bytes per second, where the monitor looks; above the bandwidth no pre-copy ends by itself.",
        queries: [{ ask: "vm_memory_dirtied_bytes_per_second", legend: "{{instance}}" }],
      },
      {
        ...{ title: "Rounds of pre-copy", kind: "heat", unit: "none", width: 8 },
        help: "At ten the guest is stopped in any case.",
        queries: [
          { ask: `sum by (le) (increase(vm_migration_rounds_bucket${rate}))`, legend: "{{le}}" },
        ],
      },
      {
        ...{ title: "Sent", kind: "lines", unit: "bytes", width: 8 },
        help: "Bytes of a move.",
        queries: quantiles("vm_migration_size_bytes"),
      },
      {
        ...{ title: "Runs that left their workers", kind: "stack", unit: "ops", width: 8 },
        help: "By what became of them there.",
        queries: [
          {
            ask: `sum by (vm_run_outcome) (rate(vm_run_ends_total${rate}))`,
            legend: "{{vm_run_outcome}}",
          },
        ],
      },
      {
        ...{ title: "Latest moves", kind: "traces", unit: "none", width: 24 },
        help: "Each leads to its trace, with a span for each round.",
        queries: [
          {
            ask: '{ name = "migration" } | select(span.vm.run.id, span.vm.migration.from, span.vm.migration.to, span.vm.migration.way, span.vm.migration.outcome, span.vm.migration.rounds, span.vm.migration.bytes, span.vm.migration.downtime, span.vm.migration.why)',
          },
        ],
      },
    ],
  },
  {
    name: "grading",
    title: "Queue and grading",
    help: "How long students wait, and what for.",
    panels: [
      {
        ...{ title: "Jobs", kind: "stack", unit: "none", width: 8 },
        help: "`delayed` are jobs that wait for another attempt after a fault of ours.",
        queries: [{ ask: queue("trapline_queue_depth"), legend: "{{trapline_job_state}}" }],
      },
      {
        ...{ title: "The next job has waited", kind: "lines", unit: "s", width: 8 },
        help: "Above a minute there are too few workers.",
        queries: [{ ask: "max(trapline_queue_age_seconds)", legend: "oldest" }],
      },
      {
        ...{ title: "Grades per minute", kind: "lines", unit: "short", width: 8 },
        help: "Beside what comes in.",
        queries: [
          { ask: "sum(trapline:grades_per_minute:rate5m)", legend: "grades" },
          { ask: `60 * sum(rate(trapline_submissions_total${rate}))`, legend: "submissions" },
        ],
      },
      {
        ...{ title: "From handing in to the grade", kind: "lines", unit: "s", width: 8 },
        help: "Of submissions that are traced.",
        queries: quantiles("trapline_grade_latency_seconds"),
      },
      {
        ...{ title: "How guests ended", kind: "stack", unit: "ops", width: 8 },
        help: "Many `wall-clock` are a fleet that is too slow, not guests that are.",
        queries: [
          {
            ask: `sum by (vm_run_end) (rate(trapline_grades_total${rate}))`,
            legend: "{{vm_run_end}}",
          },
        ],
      },
      {
        ...{ title: "Ended without a grade", kind: "stack", unit: "ops", width: 8 },
        help: "`failed` is ours: see the workers' logs.",
        queries: [
          {
            ask: `sum by (trapline_submission_state) (rate(trapline_submission_ends_total${rate}))`,
            legend: "{{trapline_submission_state}}",
          },
        ],
      },
      {
        ...{ title: "How long a run is on a worker", kind: "lines", unit: "s", width: 12 },
        help: "By what became of it there.",
        queries: quantiles("vm_run_duration_seconds", ", vm_run_outcome"),
      },
      {
        ...{ title: "Templates", kind: "stack", unit: "ops", width: 12 },
        help: "`refused` are damaged ones: each is made anew.",
        queries: [
          {
            ask: `sum by (vm_template_outcome) (rate(vm_templates_total${rate}))`,
            legend: "{{vm_template_outcome}}",
          },
        ],
      },
      {
        ...{ title: "How runs begin", kind: "stack", unit: "ops", width: 12 },
        help: "`booted` where an assignment has a template is worth a look.",
        queries: [
          {
            ask: `sum by (vm_template_source) (rate(vm_run_starts_total${rate}))`,
            legend: "{{vm_template_source}}",
          },
        ],
      },
    ],
  },
];
