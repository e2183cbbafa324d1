// The register holds the opposite: which input came last. Its reset value is 1.
module merge_side (
    input clk, rst, even__valid, odd__valid, link__ready,
    input [35:0] even__payload, odd__payload,
    output reg even__ready, odd__ready, link__valid,
    output reg [35:0] link__payload
);
  reg prefer_even;
  always @* begin
    link__valid = 1;
    even__ready = 0;
    odd__ready = 0;
    link__payload = 0;
    if (even__valid && (prefer_even || !odd__valid)) begin
      even__ready = link__ready;
      link__payload = {even__payload[34:30], 1'b0, even__payload[29:0]};
    end else if (odd__valid) begin
      odd__ready = link__ready;
      link__payload = {odd__payload[34:30], 1'b1, odd__payload[29:0]};
    end else link__valid = 0;
  end
  always @(posedge clk)
    if (rst) prefer_even <= 1;
    else if (even__ready) prefer_even <= 0;
    else if (odd__ready) prefer_even <= 1;
    else if (link__valid) prefer_even <= even__valid && (prefer_even || !odd__valid);
endmodule
