import { expect, it } from "vitest";
import { parsePrometheus } from "../../../src/target/prometheus-text.ts";
import { expositionText } from "../../../src/units/exposition-format.ts";

it("writes metrics as Prometheus reads them, and none that has no value", () => {
  const text = expositionText([
    { name: "a_total", help: "One \\ of\nthem.", type: "counter", samples: [{ value: 3 }] },
    { name: "nothing", help: "None.", type: "gauge", samples: [] },
    {
      name: "b_seconds",
      help: "Times.",
      type: "summary",
      samples: [
        { labels: { quantile: "0.5", phase: 'a "b"\\\n' }, value: 0.25 },
        { suffix: "_sum", value: 1e-7 },
        { suffix: "_count", value: Infinity },
      ],
    },
  ]);
  expect(text).toBe(
    "# HELP a_total One \\\\ of\\nthem.\n# TYPE a_total counter\na_total 3\n" +
      "# HELP b_seconds Times.\n# TYPE b_seconds summary\n" +
      'b_seconds{quantile="0.5",phase="a \\"b\\"\\\\\\n"} 0.25\nb_seconds_sum 1e-7\nb_seconds_count +Inf\n',
  );
  expect(parsePrometheus(text).map(({ labels }) => labels.phase)).toContain('a "b"\\\n');
});

it("is read again whatever line breaks of Unicode a label has", () => {
  const label = "a\u2028b\u2029c";
  const text = expositionText([{ name: "a", help: "A.", type: "gauge", samples: [{ labels: { label }, value: 1 }] }]);
  expect(parsePrometheus(text)).toEqual([{ name: "a", labels: { label }, value: 1 }]);
});
