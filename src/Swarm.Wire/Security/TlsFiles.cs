namespace Swarm.Wire.Security;

/// <summary>Where a node or a client keeps what it shows of itself, and whom it trusts. All are PEM files.</summary>
/// <param name="Authority">The certificates of the authority, or of several while one takes the place of
/// another.</param>
/// <param name="Certificate">Its own certificate, followed by those between it and the authority, if any.</param>
/// <param name="Key">The private key of its certificate, for its user alone to read.</param>
public sealed record TlsFiles(string Authority, string Certificate, string Key);

/// <summary>A certificate, a key or an authority cannot be used; the message names the file and why.</summary>
public sealed class TlsFilesException(string message, Exception? cause = null) : Exception(message, cause);
