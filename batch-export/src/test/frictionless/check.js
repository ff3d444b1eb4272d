// Reads each table of a data package with its types, and prints what it holds and what is wrong.
const { Package } = require('datapackage');

(async () => {
  const folder = process.argv[2];
  const descriptor = JSON.parse(require('fs').readFileSync(folder + '/datapackage.json', 'utf8'));
  const problems = [];
  const data = await Package.load(descriptor, { basePath: folder });
  data.errors.forEach((error) => problems.push(error.message));
  for (const resource of data.resources) {
    try {
      const rows = await resource.read({ cast: true });
      console.log(`${resource.name}: ${rows.length} rows of ${resource.headers.length}`);
      rows.slice(0, 1).forEach((row) => console.log(JSON.stringify(row)));
    } catch (error) {
      problems.push(`${resource.name}: ${error.message}`);
      (error.errors || []).forEach((each) => problems.push(`${resource.name}: ${each.message}`));
    }
  }
  problems.forEach((problem) => console.log(`problem: ${problem}`));
  process.exit(problems.length === 0 ? 0 : 1);
})();
