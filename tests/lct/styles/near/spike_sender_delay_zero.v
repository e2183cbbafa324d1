module spike_sender (
    input clk, rst, fired__valid, packet__ready, input [30:0] fired__payload, input [3:0] slot,
    output fired__ready, packet__valid, busy, output [29:0] packet__payload
);
  reg full;
  reg [29:0] held;
  assign fired__ready = !full || packet__ready;
  assign packet__valid = full, busy = full, packet__payload = held;
  wire [3:0] when = slot + fired__payload[30:27];
  always @(posedge clk)
    if (rst) begin full <= 0; held <= 0; end
    else if (fired__ready) begin
      full <= fired__valid && fired__payload[0];
      if (fired__valid && fired__payload[0])
        held <= {fired__payload[26:19], when, fired__payload[18:1]};
    end
endmodule
