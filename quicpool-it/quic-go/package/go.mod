module quicpool/package

go 1.26.0

require github.com/NodePassProject/quic v1.1.1

require (
	github.com/quic-go/quic-go v0.59.0 // indirect
	golang.org/x/crypto v0.48.0 // indirect
	golang.org/x/net v0.50.0 // indirect
	golang.org/x/sys v0.41.0 // indirect
)
