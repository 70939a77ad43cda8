// This file is the peer: a server of PouchDB's protocol on leveldb. node peer.cjs PORT FOLDER
const PouchDB = require("pouchdb").defaults({ prefix: `${process.argv[3]}/` });
const app = require("express")();
app.use("/", require("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB" }));
app.listen(Number(process.argv[2]), "127.0.0.1");
