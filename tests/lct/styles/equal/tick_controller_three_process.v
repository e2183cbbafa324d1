// Three processes: state register, next state, outputs.
module tick_controller (
    input             clk,
    input             rst,
    input             start,
    input       [3:0] next_slot,
    input             retire,
    input       [7:0] neuron,
    input             sending,
    input             clearing,
    output reg        load,
    output reg  [3:0] slot,
    output reg        running,
    output reg        busy,
    output     [15:0] overrun
);
  localparam [1:0] CLEAR = 2'd0, IDLE = 2'd1, RUN = 2'd2, DRAIN = 2'd3;
  reg [1:0] state, state_next;
  reg [3:0] current;
  reg [15:0] missed;

  // State register
  always @(posedge clk)
    if (rst) state <= CLEAR;
    else state <= state_next;

  // Next state
  always @* begin
    state_next = state;
    case (state)
      CLEAR: if (!clearing) state_next = IDLE;
      IDLE:  if (start) state_next = RUN;
      RUN:   if (retire && neuron == 8'd255) state_next = DRAIN;
      DRAIN: if (!sending) state_next = IDLE;
    endcase
  end

  // Outputs
  always @* begin
    load = 1'b0;
    slot = current;
    running = 1'b1;
    busy = 1'b1;
    case (state)
      CLEAR: running = 1'b0;
      IDLE:
        if (start) begin
          load = 1'b1;
          slot = next_slot;
        end else begin
          running = 1'b0;
          busy = 1'b0;
        end
      default: ;
    endcase
  end

  // Data
  assign overrun = missed;
  always @(posedge clk)
    if (rst) begin
      current <= 4'd0;
      missed <= 16'd0;
    end else begin
      if (load) current <= next_slot;
      if (start && state != IDLE && missed != 16'hffff) missed <= missed + 16'd1;
    end
endmodule
