// A loop over the circle, with a modulo counter.
module merge_local (
    input  logic        clk,
    input  logic        rst,
    input  logic        local__valid, east__valid, west__valid, north__valid, south__valid,
    input  logic [29:0] local__payload, east__payload, west__payload, north__payload,
    input  logic [29:0] south__payload,
    output logic        local__ready, east__ready, west__ready, north__ready, south__ready,
    output logic        link__valid,
    output logic [29:0] link__payload,
    input  logic        link__ready
);
  logic [2:0] first;
  logic [4:0] valid;
  logic [2:0] winner, at;
  logic [4:0] ready;

  assign valid = {south__valid, north__valid, west__valid, east__valid, local__valid};
  assign link__valid = valid != 5'd0;

  always_comb begin
    winner = 3'd0;
    at = first;
    // From the last to the first, so that the earliest in the circle has the last word.
    for (int i = 4; i >= 0; i--) begin
      at = (first + i >= 5) ? 3'(first + i - 5) : 3'(first + i);
      if (valid[at]) winner = at;
    end
  end

  always_comb begin
    ready = '0;
    link__payload = south__payload;
    case (winner)
      0: link__payload = local__payload;
      1: link__payload = east__payload;
      2: link__payload = west__payload;
      3: link__payload = north__payload;
    endcase
    ready[winner] = link__ready;
  end
  assign {south__ready, north__ready, west__ready, east__ready, local__ready} = ready;

  always_ff @(posedge clk)
    if (rst) first <= 3'd0;
    else if (link__valid) begin
      if (!link__ready) first <= winner;
      else if (winner == 3'd4) first <= 3'd0;
      else first <= winner + 3'd1;
    end
endmodule
