// Sends the authorization response on to the app. Without scripts the button does it.
document.getElementById("response")?.submit();
