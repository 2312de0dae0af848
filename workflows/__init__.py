"""How it is calculated: protocol, makers, engine, archive, flows, local run, command line."""
