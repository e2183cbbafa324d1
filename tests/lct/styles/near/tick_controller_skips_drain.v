module tick_controller (
    input clk, rst, start, retire, sending, clearing,
    input [3:0] next_slot, input [7:0] neuron,
    output load, running, busy, output [3:0] slot, output [15:0] overrun
);
  localparam CLEAR = 2'b00, IDLE = 2'b01, RUN = 2'b10, DRAIN = 2'b11;
  reg [1:0] state, state_next;
  reg [3:0] current;
  reg [15:0] missed;
  wire last = retire & (neuron == 8'd255);
  always @* begin
    state_next = state;
    case (state)
      CLEAR: if (~clearing) state_next = IDLE;
      IDLE: if (start) state_next = RUN;
      RUN: if (last) state_next = sending ? DRAIN : IDLE;
      DRAIN: if (~sending) state_next = IDLE;
    endcase
  end
  assign load = state == IDLE & start;
  assign running = load | state == RUN | state == DRAIN;
  assign busy = state == CLEAR | running;
  assign slot = load ? next_slot : current;
  assign overrun = missed;
  always @(posedge clk) state <= rst ? CLEAR : state_next;
  always @(posedge clk) current <= rst ? 4'd0 : slot;
  always @(posedge clk)
    if (rst) missed <= 0;
    else if (start & state != IDLE & missed != 16'hffff) missed <= missed + 1'b1;
endmodule
