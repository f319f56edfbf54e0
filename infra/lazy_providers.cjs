// Node loads this before jsii: see cdktf_seam.py, which does the same to the Python half of the providers.
//
// A provider's index.js requires every one of its modules (1,500 for azurerm), which takes most of a synthesis. Here
// each of those lines becomes a getter, so a module is required when jsii first asks for it.
"use strict";

const Module = require("node:module");

const INDEX = /[\\/]@cdkt[fn][\\/]provider-\w+[\\/]lib[\\/]index\.js$/;
const REQUIRED = /^exports\.(\w+) = require\("(\.\/[^"]+)"\);$/gm;
const GETTER = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require("$2") });';

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  const source = INDEX.test(filename) ? content.replace(REQUIRED, GETTER) : content;
  return compile.call(this, source, filename, ...rest);
};
