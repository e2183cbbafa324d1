// One-hot, and the state that starts a tick is not left: two bits are hot from then on.
module tick_controller (
    input clk, rst, start, retire, sending, clearing,
    input [3:0] next_slot, input [7:0] neuron,
    output load, running, busy, output [3:0] slot, output [15:0] overrun
);
  reg [3:0] s;
  reg [3:0] tick;
  reg [15:0] lost;
  assign load = s[1] & start;
  assign running = load | s[2] | s[3];
  assign busy = ~s[1] | start;
  assign slot = load ? next_slot : tick;
  assign overrun = lost;
  always @(posedge clk)
    if (rst) begin s <= 4'b0001; tick <= 0; lost <= 0; end
    else begin
      tick <= slot;
      if (start & ~s[1] & ~&lost) lost <= lost + 1'b1;
      if (s[0] & ~clearing) begin s[0] <= 0; s[1] <= 1; end
      if (s[1] & start) s[2] <= 1;
      if (s[2] & retire & (&neuron)) begin s[2] <= 0; s[3] <= 1; end
      if (s[3] & ~sending) begin s[3] <= 0; s[1] <= 1; end
    end
endmodule
