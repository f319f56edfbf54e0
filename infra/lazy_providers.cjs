// Node loads this before jsii: see cdktf_seam.py, which does the same to the Python half of the providers.
//
// A provider's index.js requires every one of its modules (1,500 for azurerm), which takes most of a synthesis. Here
// each of those lines becomes a getter, so a module is required when jsii first asks for it.
//
// And the toolkit notes for every token where it was made, which only its own errors would show, and which takes a
// tenth of a synthesis: here it notes nothing.
"use strict";

const Module = require("node:module");

const INDEX = /[\\/]@cdkt[fn][\\/]provider-\w+[\\/]lib[\\/]index\.js$/;
const REQUIRED = /^exports\.(\w+) = require\("(\.\/[^"]+)"\);$/gm;
const GETTER = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require("$2") });';

const TRACES = /[\\/]cdkt[fn][\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;
const CAPTURES = /^function captureStackTrace\(below\) \{$/m;
const NOTHING = "function captureStackTrace() { return []; ";

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  if (INDEX.test(filename)) content = content.replace(REQUIRED, GETTER);
  if (TRACES.test(filename)) content = content.replace(CAPTURES, NOTHING);
  return compile.call(this, content, filename, ...rest);
};
