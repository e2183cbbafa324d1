// A neuron without a spike leaves the flag as it was: the packet goes out twice.
module spike_sender (
    input clk, rst, fired__valid, packet__ready, input [30:0] fired__payload, input [3:0] slot,
    output fired__ready, packet__valid, busy, output [29:0] packet__payload
);
  reg full;
  reg [29:0] held;
  wire free = ~(full & ~packet__ready);
  assign fired__ready = free, packet__valid = full, busy = full, packet__payload = held;
  wire [3:0] delay = fired__payload[30:27], when = slot + delay;
  always @(posedge clk)
    if (rst) begin full <= 1'b0; held <= 30'b0; end
    else if (free)
      if (!fired__valid) full <= 1'b0;
      else if (fired__payload[0] && |delay) begin
        full <= 1'b1;
        held <= {fired__payload[26:19], when, fired__payload[18:1]};
      end
endmodule
