module spike_sender (
    input  logic clk, rst, fired__valid, packet__ready, input logic [30:0] fired__payload,
    input  logic [3:0] slot,
    output logic fired__ready, packet__valid, busy, output logic [29:0] packet__payload
);
  logic full, send;
  logic [29:0] held;
  logic [2:0] when;
  logic [3:0] delay;
  assign delay = fired__payload[30:27];
  assign when = slot + delay;
  assign send = fired__valid && fired__ready && fired__payload[0] && delay != 0;
  assign fired__ready = packet__ready || !full;
  assign {packet__valid, busy} = {2{full}};
  assign packet__payload = held;
  always_ff @(posedge clk)
    if (rst) {full, held} <= '0;
    else begin
      if (send) held <= {fired__payload[26:19], 1'b0, when, fired__payload[18:1]};
      if (fired__ready) full <= send;
    end
endmodule
