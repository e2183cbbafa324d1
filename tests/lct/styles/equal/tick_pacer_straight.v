// Plain Verilog: wires for the definitions, one process.
module tick_pacer (
    input clk, rst, run, paced, step, quiescent, commanding, halt,
    input [31:0] period,
    output start, due, stepping, idle, late, done,
    output [3:0] slot,
    output [31:0] ticks
);
  reg pending, going, active, timed;
  reg [31:0] count, left;
  wire over = ~|left;
  wire wanted = pending | run & (~paced | over);
  wire able = quiescent & ~commanding & ~going & ~active;
  wire begin_ = due & ~halt;
  assign due = wanted & able;
  assign start = going;
  assign slot = count;
  assign ticks = count;
  assign stepping = pending | going | active;
  assign idle = quiescent & ~(run | stepping);
  assign late = timed & run & paced & over & ~begin_;
  assign done = active & quiescent & ~going;

  always @(posedge clk)
    if (rst) begin
      pending <= 0; going <= 0; active <= 0; timed <= 0;
      count <= 0; left <= 0;
    end else begin
      going <= begin_;
      if (going) count <= count + 1;
      pending <= step | pending & ~begin_;
      active <= going | active & ~done;
      if (begin_) left <= period - (period != 0);
      else if (left != 0) left <= left - 1;
      if (begin_) timed <= 1;
      else if (late | ~run) timed <= 0;
    end
endmodule
