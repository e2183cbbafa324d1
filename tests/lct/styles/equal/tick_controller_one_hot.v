// One flip-flop a state, next states as equations.
module tick_controller (
    input clk, rst, start, retire, sending, clearing,
    input [3:0] next_slot,
    input [7:0] neuron,
    output load, running, busy,
    output [3:0] slot,
    output [15:0] overrun
);
  reg in_clear, in_idle, in_run, in_drain;
  reg [3:0] tick;
  reg [15:0] lost;
  wire last = retire & &neuron;
  assign load = in_idle & start;
  assign running = load | in_run | in_drain;
  assign busy = ~in_idle | start;
  assign slot = load ? next_slot : tick;
  assign overrun = lost;
  always @(posedge clk) begin
    in_clear <= rst | (in_clear & clearing);
    in_idle <= ~rst & ((in_clear & ~clearing) | (in_idle & ~start) | (in_drain & ~sending));
    in_run <= ~rst & (load | (in_run & ~last));
    in_drain <= ~rst & ((in_run & last) | (in_drain & sending));
    tick <= slot & {4{~rst}};
    lost <= rst ? 16'd0 : lost + (start & ~in_idle & ~&lost);
  end
endmodule
