module tick_controller (
    input clk, rst, start, retire, sending, clearing,
    input [3:0] next_slot, input [7:0] neuron,
    output load, running, busy, output [3:0] slot, output [15:0] overrun
);
  reg [1:0] state;
  reg [3:0] current;
  reg [15:0] missed;
  assign load = (state == 2'd1) & start;
  assign running = load | state[1];
  assign busy = load | (state != 2'd1);
  assign slot = current;  // a cycle late with start
  assign overrun = missed;
  always @(posedge clk)
    if (rst) {state, current, missed} <= 22'd0;
    else begin
      if (load) current <= next_slot;
      if (start & (state != 2'd1)) missed <= missed + {15'd0, ~&missed};
      case (state)
        2'd0: state <= clearing ? 2'd0 : 2'd1;
        2'd1: state <= start ? 2'd2 : 2'd1;
        2'd2: state <= (retire & neuron == 8'hff) ? 2'd3 : 2'd2;
        2'd3: state <= sending ? 2'd3 : 2'd1;
      endcase
    end
endmodule
