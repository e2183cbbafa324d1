module tick_pacer (
    input clk, rst, run, paced, step, quiescent, commanding, halt,
    input [31:0] period,
    output start, due, stepping, idle, late, done, output [3:0] slot, output [31:0] ticks
);
  reg pending, going, active, timed;
  reg [31:0] count, left;
  wire over = left == 0;
  wire wanted = pending || (run && (!paced || over));
  assign due = wanted && quiescent && !commanding && !going && !active;
  wire go = due && !halt;
  assign late = timed && run && paced && over && !go;
  assign done = active && quiescent && !going;
  assign start = going, slot = count[3:0], ticks = count, stepping = pending || going || active;
  assign idle = !(run || pending || going || active) && quiescent;
  always @(posedge clk)
    if (rst) begin
      {pending, going, active, timed} <= 0; count <= 0; left <= 0;
    end else begin
      going <= go;
      if (going) count <= count + 1;
      if (step) pending <= 1; else if (go) pending <= 0;
      if (going) active <= 1; else if (done) active <= 0;
      left <= go ? period - 1 : over ? 0 : left - 1;
      if (go) timed <= 1; else if (late || !run) timed <= 0;
    end
endmodule
