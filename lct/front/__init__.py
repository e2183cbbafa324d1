"""HDL of any style as exact functions: what each output and each register's next value is.

`load_source` elaborates Verilog, SystemVerilog or Amaranth in a confined process; `DesignTerms`
turns the result into bit-vector terms.
"""
