const semver = require('semver');
console.log(semver.satisfies('1.2.3', '^1.0.0 || >=3'), semver.inc('1.2.3-beta.1', 'prerelease'), semver.sort(['2.0.0', '1.10.0', '1.9.0-x']), semver.coerce('v3.4').version, semver.valid('x'), semver.minVersion('>1.2').version);
