import { fileURLToPath } from "node:url";
import tseslint from "typescript-eslint";

const fromHost = "Take it from Host (src/host/host.ts), so that tests can replace it.";

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "results/**", "coverage/**", "bench/peers/installed/**"] },
  {
    files: ["src/**/*.ts", "test/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [".config/tsconfig.check.json", "src/report/page/tsconfig.json"],
        tsconfigRootDir: fileURLToPath(new URL("..", import.meta.url)),
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: false }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "off", // typed arrays under noUncheckedIndexedAccess; the index is proven beside it
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/prefer-nullish-coalescing": "off",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "no-console": "error",
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/main.ts", "src/host/**", "src/engine/worker/**", "src/mock-server/**", "src/transport/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "process", message: fromHost },
        { name: "performance", message: fromHost },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: fromHost },
        { object: "Math", property: "random", message: "Take a seeded generator (src/random/xoshiro.ts)." },
      ],
    },
  },
  {
    files: ["test/**/*.ts", ".config/**/*.ts"],
    rules: {
      "no-restricted-exports": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.recommended] },
);
