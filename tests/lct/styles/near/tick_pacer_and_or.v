module tick_pacer (
    input clk, rst, run, paced, step, quiescent, commanding, halt,
    input [31:0] period,
    output start, due, stepping, idle, late, done, output [3:0] slot, output [31:0] ticks
);
  reg pending, going, active, timed;
  reg [31:0] count, left;
  wire over = ~|left;
  wire wanted = pending | run & ~paced | over;  // the brackets around the last two are gone
  wire able = quiescent & ~commanding & ~going & ~active;
  wire go = wanted & able & ~halt;
  assign due = wanted & able, start = going, slot = count[3:0], ticks = count;
  assign stepping = pending | going | active;
  assign idle = ~(run | stepping) & quiescent;
  assign late = timed & run & paced & over & ~go;
  assign done = active & quiescent & ~going;
  always @(posedge clk) begin
    going <= go & ~rst;
    pending <= (step | pending & ~go) & ~rst;
    active <= (going | active & ~done) & ~rst;
    timed <= (go | timed & ~late & run) & ~rst;
    count <= rst ? 0 : count + going;
    left <= rst ? 0 : go ? (period ? period - 1 : 0) : left - !over;
  end
endmodule
