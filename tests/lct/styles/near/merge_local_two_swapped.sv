module merge_local (
    input  logic clk, rst,
    input  logic local__valid, east__valid, west__valid, north__valid, south__valid,
    input  logic [29:0] local__payload, east__payload, west__payload, north__payload, south__payload,
    output logic local__ready, east__ready, west__ready, north__ready, south__ready,
    output logic link__valid,
    output logic [29:0] link__payload,
    input  logic link__ready
);
  logic [2:0] first, n;
  logic [4:0] v, ready;
  assign v = {south__valid, north__valid, west__valid, east__valid, local__valid};
  always_comb begin
    n = 0;
    for (int i = 4; i >= 0; i--) if (v[i]) n = 3'(i);
    for (int i = 4; i >= 0; i--) if (v[i] && i >= int'(first)) n = 3'(i);
  end
  always_comb begin
    ready = '0;
    ready[n] = link__ready;
    unique case (n)
      3'd0: link__payload = local__payload;
      3'd1: link__payload = east__payload;
      3'd2: link__payload = west__payload;
      3'd3: link__payload = north__payload;
      default: link__payload = south__payload;
    endcase
  end
  assign {north__ready, south__ready, west__ready, east__ready, local__ready} = ready;
  assign link__valid = |v;
  always_ff @(posedge clk)
    if (rst) first <= '0;
    else if (|v) first <= !link__ready ? n : (n == 4) ? '0 : n + 3'd1;
endmodule
