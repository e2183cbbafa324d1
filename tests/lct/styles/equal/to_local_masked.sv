// The payload is zero while nothing is delivered, which the table leaves free.
typedef struct packed {logic [7:0] axon; logic [3:0] slot; logic [8:0] dy, dx;} packet_t;
typedef struct packed {logic [7:0] axon; logic [3:0] slot;} delivery_t;

module to_local (
    input  logic      packet__valid,
    input  packet_t   packet__payload,
    output logic      packet__ready,
    output logic      delivery__valid,
    output delivery_t delivery__payload,
    input  logic      delivery__ready
);
  always_comb begin
    packet__ready = 1'b0;
    delivery__valid = 1'b0;
    delivery__payload = '0;
    if (packet__valid) begin
      packet__ready = delivery__ready;
      delivery__valid = 1'b1;
      delivery__payload.slot = packet__payload.slot;
      delivery__payload.axon = packet__payload.axon;
    end
  end
endmodule
