// A simulator takes the first item that matches; `unique` lets a synthesis tool take either.
module tick_controller (
    input  logic clk, rst, start, retire, sending, clearing,
    input  logic [3:0] next_slot, input logic [7:0] neuron,
    output logic load, running, busy, output logic [3:0] slot, output logic [15:0] overrun
);
  logic [1:0] state;
  logic [3:0] current;
  logic [15:0] missed;
  assign load = state == 2'd1 && start;
  assign running = load || state[1];
  assign busy = running || state == 2'd0;
  assign slot = load ? next_slot : current;
  assign overrun = missed;
  always_ff @(posedge clk) begin
    if (rst) begin
      state <= '0; current <= '0; missed <= '0;
    end else begin
      unique case (1'b1)
        load: begin
          current <= next_slot;
          state <= 2'd2;
        end
        start: missed <= (missed == '1) ? missed : missed + 16'd1;
        default: ;
      endcase
      case (state)
        2'd0: if (!clearing) state <= 2'd1;
        2'd2: if (retire && neuron == '1) state <= 2'd3;
        2'd3: if (!sending) state <= 2'd1;
        default: ;
      endcase
    end
  end
endmodule
