// Prints what the parser finds wrong with the Dockerfile that the argument names: nothing, or a line for each problem.
const fs = require("fs");
const { validate } = require("dockerfile-utils");

for (const problem of validate(fs.readFileSync(process.argv[2], "utf8"))) {
  console.log(`${problem.range.start.line + 1}: ${problem.message}`);
}
