module tick_controller (
    input clk, rst, start, retire, sending, clearing,
    input [3:0] next_slot, input [7:0] neuron,
    output load, running, busy, output [3:0] slot, output [15:0] overrun
);
  parameter NEURONS = 256;
  reg [1:0] state;
  reg [3:0] current;
  reg [15:0] missed;
  assign load = state == 1 && start;
  assign running = load || state[1];
  assign busy = running || state == 0;
  assign slot = load ? next_slot : current;
  assign overrun = missed;
  always @(posedge clk)
    if (rst) begin state <= 0; current <= 0; missed <= 0; end
    else begin
      current <= slot;
      if (start && state != 1 && !(&missed)) missed <= missed + 1;
      case (state)
        0: if (!clearing) state <= 1;
        1: if (start) state <= 2;
        2: if (retire && neuron == NEURONS - 2) state <= 3;
        3: if (!sending) state <= 1;
      endcase
    end
endmodule
