// One always_ff, an enum, saturation by the carry.
module tick_controller #(
    parameter int NEURONS = 256
) (
    input  logic        clk, rst, start, retire, sending, clearing,
    input  logic [3:0]  next_slot,
    input  logic [7:0]  neuron,
    output logic        load, running, busy,
    output logic [3:0]  slot,
    output logic [15:0] overrun
);
  typedef enum logic [1:0] {CLEAR, IDLE, RUN, DRAIN} state_t;
  state_t state;
  logic [3:0] current;
  logic [15:0] missed;
  logic last;
  logic [16:0] more;

  assign last = retire & (neuron == NEURONS - 1);
  assign load = (state == IDLE) & start;
  assign running = (state inside {RUN, DRAIN}) | load;
  assign busy = (state == CLEAR) | running;
  assign slot = load ? next_slot : current;
  assign overrun = missed;
  assign more = {1'b0, missed} + 1;

  always_ff @(posedge clk) begin
    if (rst) begin
      state <= CLEAR;
      current <= '0;
      missed <= '0;
    end else begin
      current <= slot;
      if (start && !load) missed <= more[16] ? '1 : more[15:0];
      unique case (state)
        CLEAR: state <= clearing ? CLEAR : IDLE;
        IDLE: state <= start ? RUN : IDLE;
        RUN: state <= last ? DRAIN : RUN;
        DRAIN: state <= sending ? DRAIN : IDLE;
      endcase
    end
  end
endmodule
