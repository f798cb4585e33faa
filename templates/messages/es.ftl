# Español. Páginas alojadas y correos; la consola está en inglés para este idioma.

# Común
skip = Ir al contenido
continue = Continuar
cancel = Cancelar
or = o
save = Guardar
edit = Editar
delete = Eliminar
remove = Quitar
revoke = Revocar
forget = Olvidar
search = Buscar
clear = Borrar
none = ninguno
any = cualquiera
never = nunca
added = Añadido el
changed = Cambiado el
since = Desde
expires = Caduca el
last-used = Último uso
near = cerca de { $place }
not-now = Ahora no
retry = Reintentar
retry-for-app = Reintentar para { $app }
start-again = Empezar de nuevo
back-to-app = Volver a { $app }
to-account = Ir a su cuenta
to-new-password = Elegir una contraseña nueva
use-passkey = Iniciar sesión con una llave de acceso
for-app = para { $app }
language = Idioma
language-change = Cambiar
help = Ayuda:
reference = Referencia
dev-banner = Perfil de desarrollo: no lo use con cuentas reales.
dev-open = Página de desarrollo
password-show = Mostrar la contraseña
field-email = Dirección de correo
field-name = Nombre
field-password = Contraseña
field-current-password = Contraseña actual
field-new-password = Contraseña nueva

# Lo que puede fallar en un formulario
problem-required = Este dato es necesario.
problem-credentials = No se pudo iniciar la sesión. Revise sus datos e inténtelo de nuevo.
problem-code = Ese código no es válido. Revíselo o pida uno nuevo.
problem-code-used = Ese código ya se usó. Espere al siguiente.
problem-code-expired = Ese código ha caducado. Pida uno nuevo.
problem-passkey-attestation = Su organización solo acepta llaves de seguridad que pueda verificar, y esta no dice cuál es. Pruebe con otra.
problem-passkey-synced = Su organización solo acepta llaves de acceso que permanecen en un único dispositivo. Pruebe con una llave de seguridad.
problem-passkey-model = Su organización no acepta este modelo de llave de seguridad. Pruebe con otra.
problem-passkey = Esa llave de acceso no funcionó aquí. Inténtelo de nuevo o elija otra forma.
problem-resend-later = Se envió un código hace un momento. Espere un poco antes de pedir otro.
problem-mails-exhausted = Últimamente se han enviado demasiados códigos a este buzón. Elija otra forma o inténtelo de nuevo dentro de una hora.
problem-password-wrong = La contraseña actual no es correcta.
problem-password-long = Esa contraseña es demasiado larga. Use 256 caracteres como máximo.
problem-password-breached = Esa contraseña aparece en filtraciones de datos. Elija otra.
problem-password-guessable = Esa contraseña es fácil de adivinar. Elija una más larga o menos habitual.
problem-password-same = Esa es su contraseña actual. Elija otra.
problem-email = Eso no es una dirección de correo. Revise si hay algún error.
problem-conflict = Otra persona ha cambiado esto entretanto. Revise los valores y guarde de nuevo.
problem-password-short = { $n ->
    [one] Use al menos un carácter.
   *[other] Use al menos { $n } caracteres.
}

# Inicio de sesión
signin-title = Iniciar sesión
signin-again-title = Confirme que es usted
signin-to-app = para continuar a { $app }
signin-to-account = en su cuenta de { $tenant }
signin-submit = Iniciar sesión
signin-forgot = ¿Ha olvidado la contraseña?
signin-passkey = Iniciar sesión con una llave de acceso
signin-no-account = ¿Aún no tiene cuenta?
signin-sign-up = Cree una
password-step-title = Escriba su contraseña
password-step-change = ¿No es usted?
personas-title = Cuentas de desarrollo
personas-text = Elija una para rellenar la dirección. La contraseña está en la página de desarrollo.
throttled-title = Demasiados intentos
throttled-text = { $n ->
    [one] Espere un minuto e inténtelo de nuevo.
   *[other] Espere { $n } minutos e inténtelo de nuevo.
}

# Contraseña olvidada
recover-title = ¿Ha olvidado la contraseña?
recover-text = Indíquenos su dirección. Enviaremos un código con el que podrá elegir una contraseña nueva.
recover-submit = Enviar el código
recover-code-title = Revise su correo
recover-code-text = Si existe una cuenta para { $address }, un código va de camino a ese buzón.
recover-code-label = Código recibido por correo
recover-code-hint = Puede tardar un minuto en llegar. Mire también en el correo no deseado.
recover-other-address = Usar otra dirección
recover-back = Volver al inicio de sesión
reason-before-recovery = Para elegir una contraseña nueva, confirme con otra de sus formas de iniciar sesión.
password-forgotten = Elija la contraseña con la que iniciará sesión de ahora en adelante.

# Otra dirección
email-change = Cambiar la dirección
email-title = Cambiar su dirección
email-text = Indíquenos la nueva. Enviaremos allí un código; la dirección solo cambia con ese código.
email-code-text = Un correo va de camino a { $address }. Escriba el código que contiene y la dirección cambiará.
problem-email-same = Esa es la dirección que tiene ahora.
problem-email-cools-down = Tras un cambio así, la dirección no cambia durante tres días. Inténtelo de nuevo después del { $at }.

# Registro
sign-up-title = Crear una cuenta
sign-up-text = Para { $tenant }. Empezamos por su dirección.
sign-up-text-app = Después continuará a { $app }. Empezamos por su dirección.
sign-up-submit = Continuar
sign-up-working = Un momento: su navegador hace un pequeño trabajo que mantiene alejadas a las máquinas.
sign-up-have-account = ¿Ya tiene una cuenta?
sign-up-code-text = Un correo va de camino a { $address }. Contiene un código o, si ya tiene una cuenta, la forma de iniciar sesión.
sign-up-details-title = Ya casi está
sign-up-details-text = La dirección { $address } es suya. ¿Cómo iniciará sesión de ahora en adelante?
sign-up-name = Su nombre (puede dejarlo vacío)
sign-up-terms = Acepto lo siguiente
sign-up-create = Crear la cuenta
sign-up-passkey = Usar una llave de acceso en lugar de una contraseña
problem-disposable = Aquí no se admiten direcciones de este proveedor. Use otra.
problem-name = Use un nombre de hasta 200 caracteres.
problem-terms = Primero debe aceptarlo.
problem-account-exists = Ya tiene una cuenta con esta dirección. Inicie sesión.

# Formas de iniciar sesión perdidas
lost-none = No puedo usar ninguna de estas
lost-none-hint = Perdidas o averiadas: las sustituimos tras un tiempo de espera y le avisamos por correo.
wait-title-waiting = Vuelva más tarde
wait-title-barred = No es posible en este momento
wait-text-waiting = Para proteger su cuenta, las formas de iniciar sesión perdidas solo se sustituyen tras un tiempo de espera. Hemos escrito a su buzón; desde allí se puede detener.
wait-text-barred = Hace poco se detuvo una recuperación de esta cuenta o cambió su dirección. Para proteger la cuenta, todavía no puede empezar ninguna otra.
wait-until-waiting = Posible a partir del
wait-until-barred = No antes del
wait-then = Entonces elija de nuevo «¿Ha olvidado la contraseña?», en un plazo de tres días. Si antes encuentra una forma de iniciar sesión, úsela: con eso termina la recuperación.
wait-verify = ¿No quiere esperar? Nuestro proveedor de identidad puede verificar quién es usted, y entonces las formas de iniciar sesión perdidas se sustituyen de inmediato.

# Verificación de la identidad
identity-title = Verifique su identidad
identity-text = { $provider } verifica quién es usted, con un documento o con una cuenta que tenga allí. Nos comunica el resultado y comparamos esto con su cuenta:
identity-kept = { $n ->
    [one] La prueba se guarda separada de todo lo demás y se elimina al cabo de un día.
   *[other] La prueba se guarda separada de todo lo demás y se elimina al cabo de { $n } días.
}
identity-submit = Verificar mi identidad
claim-name = su nombre completo
claim-given-name = su nombre
claim-family-name = sus apellidos
claim-middle-name = su segundo nombre
claim-birthdate = su fecha de nacimiento
problem-identity-cancelled = La verificación se canceló. Puede empezar de nuevo.
problem-identity-unavailable = No se pudo completar la verificación. Inténtelo de nuevo en un momento o pida ayuda.
problem-identity-not-verified = El proveedor no ha verificado su identidad de una forma que se reconozca aquí.
problem-identity-mismatch = Lo que se verificó no coincide con su cuenta. Si usó allí la cuenta de otra persona, inténtelo de nuevo con la suya; si no, pida ayuda.
account-recovery = Alguien que puede leer su correo dice que sus demás formas de iniciar sesión se han perdido. Si no lo detiene, podrán sustituirse a partir del { $at }.
account-recovery-stop = Detener
account-pass = El { $at } se autorizó al servicio de asistencia a entregar un código de acceso temporal para su cuenta. Si no lo pidió, retírelo.
account-pass-revoke = Retirarlo
problem-cools-down = Tras una recuperación no se puede quitar nada durante tres días. Inténtelo de nuevo después del { $at }.

# Segundo paso
challenge-title = Una comprobación más
challenge-tries-left = { $n ->
    [one] Queda un intento.
   *[other] Quedan { $n } intentos.
}
challenge-resent = Un código nuevo va de camino.
challenge-sent-to = Lo enviamos a { $address }.
challenge-label-totp = Código de su aplicación de autenticación
challenge-label-email-otp = Código recibido por correo
challenge-label-recovery-code = Código de recuperación
challenge-label-access-pass = Código de acceso temporal
challenge-hint-totp = Abra la aplicación y escriba el código de esta cuenta.
challenge-hint-email-otp = Puede tardar un minuto en llegar.
challenge-hint-recovery-code = Uno de los diez que guardó. Cada uno sirve una sola vez.
challenge-hint-access-pass = El que le dio el servicio de asistencia. Sirve una sola vez; después configurará una forma nueva de iniciar sesión.
challenge-submit = Confirmar
challenge-resend = Enviar un código nuevo
challenge-resend-wait = { $n ->
    [one] dentro de un segundo
   *[other] dentro de { $n } segundos
}
challenge-passkey = Usar su llave de acceso
challenge-other = Probar otra forma
challenge-restart = Empezar de nuevo con otra cuenta
reason-new-browser = No reconocemos este navegador para su cuenta; confirme que es usted.
reason-new-region = Este inicio de sesión viene de una región nueva para su cuenta; confirme que es usted.
reason-unusual-activity = Hay algo inusual en este inicio de sesión; confirme que es usted.
reason-sensitive-action = Lo que va a hacer es delicado; confirme que es usted.
reason-organisation-rule = Su organización pide un segundo paso.
reason-app-request = La aplicación pide un segundo paso.
reason-first-sign-in = Es la primera vez que inicia sesión aquí; confirme que es usted.
reason-before-new-password = Antes de elegir una contraseña nueva, confirme que es usted.
reason-before-enrolment = Antes de configurar una forma nueva de iniciar sesión, confirme su dirección.
way-passkey = Llave de acceso
way-push = Aprobación en su dispositivo

# Aprobación en un dispositivo
push-waiting = Abra el autenticador en su dispositivo y escriba allí este número. Tiene dos minutos.
push-unanswered = No llegó ninguna aprobación: el número no era correcto o nadie respondió a tiempo.
push-rejected = El inicio de sesión se rechazó en su dispositivo. Si fue un descuido, elija otra forma.
push-too-many = Se pidieron demasiadas aprobaciones. Elija otra forma o espere un cuarto de hora.
push-number = El número es { $number }
push-reload = Ya lo he aprobado
push-again = Pedir de nuevo
push-enrol-title = Aprobar en este dispositivo
push-enrol-text = A este dispositivo se le pregunta cuando inicia sesión en otro sitio. Usted escribe allí un número, y lo único que sale del dispositivo es su respuesta.
push-enrol-submit = Configurar este dispositivo
push-enrol-failed = No se pudo configurar este dispositivo. Inténtelo de nuevo o use otro navegador.
push-needs-script = Esto necesita JavaScript.
push-app-title = Autenticador
push-app-none = Nada espera su aprobación. Esta página vuelve a mirar por sí sola.
push-app-unknown = Este dispositivo no está configurado aquí, o ya no lo está.
push-app-question = ¿Está iniciando sesión?
push-app-number = Número que muestra su otra pantalla
push-app-approve = Aprobar
push-app-reject = No, no soy yo
push-app-approved = Aprobado. Continúe donde estaba iniciando sesión.
push-app-wrong = Ese no era el número. Pida otro donde está iniciando sesión.
push-app-rejected = Rechazado y notificado. Si alguien conoce su contraseña, cámbiela.
push-app-late = Demasiado tarde: ya se respondió o es demasiado antiguo.
push-app-pass = Se autorizó al servicio de asistencia a entregar un código de acceso temporal para su cuenta. Si no lo pidió, retírelo en la página de su cuenta.
way-totp = Aplicación de autenticación
way-recovery-code = Código de recuperación
way-access-pass = Código de acceso temporal del servicio de asistencia
way-email-otp = Código por correo
way-password = Contraseña
passkey-handshake = Su dispositivo le pedirá la huella, el rostro o el bloqueo de pantalla.
passkey-failed = La llave de acceso no funcionó. Inténtelo de nuevo o elija otra forma.
passkey-unsupported = Este navegador no puede usar llaves de acceso aquí.
passkey-needs-script = Las llaves de acceso necesitan JavaScript; las demás formas funcionan sin él.
passkey-synced = Sincronizada entre sus dispositivos
passkey-bound = En un solo dispositivo

# Configuración
enrol-totp-title = Configurar una aplicación de autenticación
enrol-needed = Su cuenta necesita un segundo paso antes de continuar.
enrol-replaces = Ocupa el lugar de las formas de iniciar sesión que perdió y es igual de segura. Las anteriores dejarán de funcionar.
enrol-other = Configurar otra cosa
problem-weaker = Lo que perdió era más seguro. Use una llave de seguridad cuya procedencia podamos verificar, o pida ayuda.
enrol-needed-for-app = Antes de continuar a { $app }, su cuenta necesita un segundo paso.
enrol-totp-scan = Escanee esto con su aplicación de autenticación.
enrol-totp-by-hand = ¿No puede escanearlo?
enrol-totp-account = Cuenta
enrol-totp-secret = Clave
enrol-totp-qr = Código QR con la clave para su aplicación de autenticación
enrol-totp-code = Escriba el código que muestra
enrol-totp-submit = Configurar
enrol-passkey-title = Añadir una llave de acceso
enrol-passkey-text = La próxima vez iniciará sesión con la huella, el rostro o el bloqueo de pantalla. Sin contraseña y sin escribir nada.
enrol-passkey-submit = Crear una llave de acceso
enrol-passkey-elsewhere = Las llaves de acceso necesitan un nombre de host. Abra esta página aquí:
codes-title = Guarde estos códigos
codes-text = Si pierde el teléfono o la llave de acceso, uno de ellos le permite iniciar sesión. Solo los mostramos ahora.
codes-copy = Copiar
codes-copied = Copiado
codes-download = Descargar
codes-print = Imprimir
codes-kept = Los he guardado
remember-title = ¿Omitir este paso la próxima vez?
remember-text = { $n ->
    [one] Podemos dejar de pedir un segundo paso en este navegador durante un día.
   *[other] Podemos dejar de pedir un segundo paso en este navegador durante { $n } días.
}
remember-yes = { $n ->
    [one] No volver a preguntar en este navegador durante un día
   *[other] No volver a preguntar en este navegador durante { $n } días
}
remember-shared = Elija «Ahora no» si otras personas usan también este navegador. Si algo parece inusual, preguntaremos de todos modos.

# Consentimiento
consent-title = ¿Permitir que { $app } use su cuenta?
consent-will = { $app } podrá:
consent-host = Su respuesta se envía a { $host }.
consent-known = permitido antes
detail-actions = Acciones
detail-locations = En
detail-datatypes = Tipos de datos
detail-privileges = Permisos
detail-identifier = Cuál
details-more = { $n ->
    [one] Y una línea más.
   *[other] Y { $n } líneas más.
}
check-session-title = Comprobación de la sesión
check-session-text = Las aplicaciones abren esta página sin que se vea, para notar cuándo cierra la sesión.
consent-document = Esta aplicación se describe a sí misma en { $host }. { $tenant } no ha comprobado quién está detrás.
consent-unverified = Esta aplicación se registró por sí misma. { $tenant } no ha comprobado quién está detrás.
consent-allow = Permitir
consent-deny = No permitir
consent-revoke = Puede retirarlo en cualquier momento en la página de su cuenta.
scope-openid = saber que es usted
scope-profile = ver su nombre y su perfil
scope-email = ver su dirección de correo
scope-address = ver su dirección postal
scope-phone = ver su número de teléfono
scope-offline-access = seguir conectada después de que cierre la sesión
scope-verified-claims = ver lo que se verificó de su identidad
form-post-title = Le llevamos a { $app }
form-post-text = Si no ocurre nada, continúe con el botón.
chooser-title = ¿Qué organización?
chooser-label = Nombre corto
chooser-hint = Figura en la dirección de su página de inicio de sesión.
chooser-unknown = Aquí no hay ninguna organización llamada { $name }.

# Finales
held-title-held = No hemos podido iniciar su sesión en este momento
held-title-unmet = Esta aplicación necesita un inicio de sesión más seguro
held-title-closed = El inicio de sesión está cerrado
held-title-change = Ahora no
held-text-held = Pruebe desde un navegador que haya usado antes o con su llave de acceso.
held-text-unmet = Su cuenta no tiene ninguna forma de iniciar sesión lo bastante segura. Configure una en la página de su cuenta e inténtelo de nuevo.
held-text-closed = Esta organización no admite inicios de sesión en este momento.
held-text-change = No hemos podido hacer este cambio en este momento. Pruebe desde un navegador que haya usado antes, o más tarde.
held-support = ¿Necesita ayuda? Dé este código a
held-help = ¿Necesita ayuda? Tenga este código a mano:
error-title-bad-request = La solicitud de la aplicación no se puede usar
error-title-redirect-uri = La dirección de retorno de la aplicación no está registrada
error-title-unknown-client = No conocemos esta aplicación
error-title-not-found = Aquí no hay nada
error-title-forgery = Este formulario ya no se puede usar
error-title-other-browser = Este inicio de sesión empezó en otro navegador
error-title-internal = Algo ha fallado por nuestra parte
error-title-busy = Ahora mismo estamos muy ocupados
error-title-link-spent = Este enlace ya no funciona
error-title-forbidden = No puede hacer esto
error-title-cools-down = Todavía no
error-text-bad-request = Usted no ha hecho nada mal. Vuelva a la aplicación e inténtelo de nuevo; si continúa, avise a quienes la hacen.
error-text-redirect-uri = Para protegerle, no enviamos su inicio de sesión a una dirección que no conocemos. Avise a quienes hacen la aplicación.
error-text-unknown-client = Puede que se haya eliminado o que su enlace sea incorrecto. Avise a quienes hacen la aplicación.
error-text-not-found = Puede que la dirección esté mal escrita o que la página se haya movido.
error-text-forgery = Estuvo abierto mucho tiempo o lo envió otra página. Abra la página de nuevo y repita lo que hizo.
error-text-other-browser = Continúe en el navegador donde empezó, o empiece aquí de nuevo. Si bloquea las cookies, permítalas para este sitio.
error-text-internal = Hemos tomado nota. Inténtelo de nuevo en un momento.
error-text-busy = Inténtelo de nuevo en un momento. Quienes tienen la sesión iniciada la conservan.
error-text-link-spent = Ya se usó o es demasiado antiguo. La página de su cuenta muestra lo mismo.
error-text-forbidden = Su función no lo incluye. Pregunte a un propietario de esta organización.
error-text-cools-down = Su propia cuenta se recuperó, o cambió su dirección, en los últimos tres días. Hasta entonces puede verlo todo aquí y no cambiar nada.
error-reference = Código de referencia
detail-title = Para el desarrollador
detail-who = Se muestra porque este cliente está en desarrollo o porque usted administra esta organización.
detail-received = URI de redirección recibida
detail-registered = URI de redirección registradas
detail-none = No hay ninguna registrada.
redirect-hint-scheme = El esquema es distinto: http y https son direcciones distintas.
redirect-hint-port = El puerto es distinto. Solo las direcciones de bucle de las aplicaciones nativas pueden usar cualquier puerto.
redirect-hint-trailing-slash = Se diferencian en la barra final.
redirect-hint-case = Se diferencian en mayúsculas y minúsculas.
redirect-hint-loopback = localhost y 127.0.0.1 son direcciones distintas. Registre la que usa la aplicación.
redirect-hint-other = Las URI de redirección se comparan carácter por carácter.
redirect-hint-none-registered = Registre primero la URI de redirección en el cliente.
expired-title = Esta página ha estado abierta demasiado tiempo
expired-text = Empiece de nuevo cuando quiera.
expired-text-app = Empiece de nuevo; le llevaremos de vuelta a { $app }.
sign-out = Cerrar sesión
sign-out-title = ¿Cerrar la sesión?
sign-out-text = Esto termina su sesión con { $tenant } en este navegador.
sign-out-text-app = { $app } pide cerrar su sesión. Esto termina su sesión en este navegador, también para las demás aplicaciones.
stay-signed-in = Mantener la sesión

# Dispositivos
requests-title = Solicitudes de aplicaciones
requests-none = Ninguna aplicación espera su respuesta.
requests-warning = Continúe solo con lo que usted mismo acaba de iniciar. Nadie que le escriba o le llame necesita esto.
requests-app = { $app } pide su aprobación
requests-message = Le muestra
requests-asked = Pedido el
requests-address = La aplicación lo pidió desde
requests-approve = Continuar
requests-deny = No
requests-report = No, no fui yo
requests-end-allowed = Lo ha aprobado. Continúe en la aplicación.
requests-end-denied = La aplicación no obtiene acceso.
requests-end-reported = La aplicación no obtiene acceso. Hemos anotado que usted no lo esperaba.
requests-end-expired = Ya se respondió o ha caducado.
account-requests = { $n ->
    [one] Una solicitud de una aplicación espera su respuesta.
   *[other] { $n } solicitudes de aplicaciones esperan su respuesta.
}
account-requests-see = Ver
device-title = Conectar un dispositivo
device-text = Escriba el código que muestra el dispositivo.
device-code = Código
device-code-hint = Ocho letras, como WDJB-MJHT.
device-code-wrong = Ningún dispositivo espera con este código. Mire de nuevo o haga que el dispositivo muestre otro.
device-submit = Continuar
device-warning = Continúe solo con un dispositivo que usted mismo acaba de configurar. Nadie que le escriba o le llame necesita esto.
device-asked-from = Lo pidió desde
device-again = Otro código
device-title-allowed = El dispositivo está conectado
device-text-allowed = Puede cerrar esta página y continuar allí.
device-title-denied = No conectado
device-text-denied = El dispositivo no obtiene acceso.
device-title-expired = Demasiado tarde
device-text-expired = El código ya se usó o ha caducado. Haga que el dispositivo muestre otro.

signed-out-title = Ha cerrado la sesión
signed-out-text = En un ordenador compartido, cierre también el navegador.
signed-out-again = Iniciar sesión de nuevo
signed-out-leaving = Se está avisando a sus otras aplicaciones. Volverá en un momento.
signed-out-app = Cierre de sesión de una aplicación

# Cuenta
account-title = Su cuenta
account-nav = En esta página
account-ways = Formas de iniciar sesión
account-sessions = Dónde tiene la sesión iniciada
account-devices = Navegadores recordados
account-devices-text = Omiten el segundo paso salvo que algo parezca inusual.
account-devices-none = No se recuerda ningún navegador.
account-apps = Aplicaciones con acceso
account-apps-none = Ninguna aplicación tiene acceso a su cuenta.
account-activity = Actividad reciente
account-activity-text = Si algo de esto no fue usted, díganoslo. Entonces protegemos su cuenta.
account-activity-none = Todavía no ha ocurrido nada.
account-only-password = Solo una contraseña protege su cuenta. Añada una llave de acceso: es más segura y más rápida.
account-no-password = Sin definir
add-passkey = Añadir una llave de acceso
add-totp = Añadir una aplicación de autenticación
change-password = Cambiar la contraseña
recovery-codes = Códigos de recuperación
recovery-left = { $n ->
    [0] No queda ninguno. Cree otros nuevos.
    [one] Queda uno
   *[other] Quedan { $n }
}
recovery-renew = Crear nuevos
this-browser = este navegador
sign-out-others = Cerrar la sesión en todos los demás
sign-out-named = Cerrar sesión en { $name }
forget-all = Olvidar todos
forget-named = Olvidar { $name }
remove-named = Quitar { $name }
revoke-named = Revocar el acceso de { $name }
not-me = No fui yo
not-me-named = No fui yo: { $time }
reported = notificado
password-text = Elija una que no use en ningún otro sitio. Un gestor de contraseñas ayuda.
password-breached = La contraseña que escribió aparece en filtraciones de datos de otros servicios. Elija una nueva antes de continuar.
password-required = Para proteger su cuenta, elija una contraseña nueva antes de continuar.
password-rule = { $n ->
    [one] Al menos un carácter. Todo vale, también los espacios.
   *[other] Al menos { $n } caracteres. Todo vale, también los espacios.
}
password-effect = Se cierra la sesión en los demás navegadores y se olvidan los navegadores recordados.
remove-title = ¿Quitar { $name }?
remove-text-passkey = Ya no podrá iniciar sesión con ella. Elimínela también de su dispositivo.
remove-text-totp = Los códigos de esta aplicación dejarán de funcionar.
remove-text-push = Ya no podrá aprobar inicios de sesión.
remove-text-recovery-code = Los códigos que guardó dejarán de funcionar.
remove-last = Después de esto, solo una contraseña protegerá su cuenta. Puede que algunas aplicaciones ya no le dejen entrar.
keep-it = Conservar
done-email-changed = Su dirección se ha cambiado. Se avisó a la anterior.
done-password-changed = Su contraseña se ha cambiado.
done-passkey-added = La llave de acceso se ha añadido.
done-totp-added = La aplicación de autenticación se ha añadido.
done-device-added = Este dispositivo aprueba sus inicios de sesión de ahora en adelante.
done-factor-removed = Se ha quitado.
done-session-ended = Se cerró la sesión de ese navegador.
done-sessions-ended = Se cerró la sesión de todos los demás navegadores.
done-device-forgotten = Se olvidó el navegador.
done-app-revoked = La aplicación ya no tiene acceso.
done-recovery-stopped = La recuperación se ha detenido.
done-pass-revoked = El código de acceso se ha retirado.
done-not-me = Gracias. Su cuenta está protegida.
activity-signin-completed = Inicio de sesión
activity-signin-challenged = Se pidió un segundo paso
activity-signin-failed = Falló un inicio de sesión
activity-signin-blocked = Se detuvo un inicio de sesión
activity-signout = Cierre de sesión
activity-session-revoked = Se terminó una sesión
activity-password-changed = Se cambió la contraseña
activity-email-changed = Se cambió la dirección
activity-signup-asked = Alguien quiso crear una cuenta con su dirección
activity-signup-completed = Se creó la cuenta
activity-recovery-asked = Se pidió una contraseña nueva
activity-recovery-waiting = Se declararon perdidas las formas de iniciar sesión
activity-recovery-stopped = Se detuvo una recuperación
activity-recovery-used = Se sustituyeron formas de iniciar sesión perdidas
activity-access-pass-approved = Se autorizó al servicio de asistencia a entregar un código de acceso
activity-access-pass-used = Se usó un código de acceso
activity-access-pass-revoked = Se retiró un código de acceso
activity-identity-verified = Se verificó su identidad
activity-identity-mismatch = Una verificación de identidad no coincidió
activity-passkey-added = Se añadió una llave de acceso
activity-totp-added = Se añadió una aplicación de autenticación
activity-push-rejected = Rechazó un inicio de sesión en su dispositivo
activity-factor-removed = Se quitó una forma de iniciar sesión
activity-recovery-codes-made = Se crearon códigos de recuperación nuevos
activity-device-remembered = Se recordó un navegador
activity-device-forgotten = Se olvidó un navegador
activity-consent-granted = Una aplicación obtuvo acceso
activity-consent-revoked = Una aplicación perdió el acceso
activity-risk-request-reported = La solicitud de una aplicación fue inesperada
activity-user-reported = Usted notificó algo
activity-factor-added = Se añadió una forma de iniciar sesión
activity-app-revoked = Una aplicación perdió el acceso
activity-device-all-forgotten = Se olvidaron todos los navegadores
activity-session-ended = Se terminó una sesión
activity-session-others-ended = Se terminaron todas las demás sesiones
activity-sessions-ended = Se terminaron todas las sesiones
activity-passkey-refused = Una llave de acceso no funcionó
activity-passkey-enrolment-refused = No se pudo añadir una llave de acceso
activity-passkey-cloned = Una llave de acceso parecía copiada
activity-user-created = Se creó la cuenta
activity-user-disabled = Se desactivó la cuenta
activity-user-enabled = Se activó la cuenta
activity-user-updated = Se modificó la cuenta
activity-user-reset-required = Se pidió una contraseña nueva
activity-user-app-revoked = Un administrador retiró el acceso de una aplicación
activity-user-device-forgotten = Un administrador hizo que olvidáramos un navegador
activity-user-factor-removed = Un administrador quitó una forma de iniciar sesión
activity-user-session-ended = Un administrador terminó una sesión
activity-user-sessions-ended = Un administrador terminó todas las sesiones
activity-user-role-granted = Se concedió una función
activity-user-role-revoked = Se retiró una función
activity-notice-confirmed = Dijo que un inicio de sesión era suyo
activity-notice-not-me = Dijo que un inicio de sesión no era suyo
activity-risk-refresh-replay = Se detuvo el acceso robado de una aplicación
fact-account = Cuenta
fact-time = Hora
fact-from = Posible a partir del
fact-browser = Navegador
fact-place = Lugar aproximado
fact-place-note = puede no ser exacto en redes móviles o con una VPN
fact-app = Aplicación
fact-what = Qué
notice-title-yes = ¿Fue usted?
notice-title-no = ¿Proteger su cuenta?
notice-text-yes = Si reconoce este inicio de sesión, la próxima vez conoceremos este navegador.
notice-text-no = Si no fue usted, haremos esto de inmediato:
notice-no-address = restablecer su dirección { $address }
notice-no-session = cerrar la sesión de ese navegador y de todas las aplicaciones que abrió
notice-no-device = dejar de confiar en ese navegador
notice-no-reset = pedir una contraseña nueva y un segundo paso en su próximo inicio de sesión
notice-no-report = avisar a los administradores de { $tenant }
notice-act-yes = Sí, fui yo
notice-act-no = Proteger mi cuenta
notice-other-yes = No, no fui yo
notice-other-no = Al final sí fui yo
notice-done-title-yes = Gracias
notice-done-title-no = Su cuenta está protegida
notice-done-text-yes = La próxima vez reconoceremos este navegador.
notice-done-text-no = Se ha cerrado la sesión de ese navegador. Elija ahora una contraseña nueva.

# Correos
mail-help = Ayuda:
mail-code-subject = { $code } es su código para { $tenant }
mail-code-heading = Su código de inicio de sesión
mail-code-intro = { $n ->
    [one] Escriba este código en el navegador donde inicia sesión. Es válido durante un minuto.
   *[other] Escriba este código en el navegador donde inicia sesión. Es válido durante { $n } minutos.
}
mail-code-note = Nadie de nuestra parte se lo pedirá nunca. Si no está iniciando sesión, no haga caso de este correo.
mail-code-why = Recibe este correo porque alguien está iniciando sesión como { $account }.
mail-new-browser-subject = Nuevo inicio de sesión en su cuenta de { $tenant }
mail-new-browser-heading = ¿Fue usted?
mail-new-browser-intro = Alguien inició sesión en su cuenta de { $tenant } con un navegador que no conocíamos.
mail-new-browser-note = También puede abrir usted mismo la página de su cuenta y ver allí la actividad reciente.
mail-new-browser-why = Recibe este correo porque el inicio de sesión vino de un navegador nuevo.
mail-yes = Sí, fui yo
mail-no = No, proteger mi cuenta
mail-changed-subject = { $what } ({ $tenant })
mail-changed-password = Su contraseña se ha cambiado
mail-changed-factor-added = Se añadió una forma de iniciar sesión
mail-changed-factor-removed = Se quitó una forma de iniciar sesión
mail-changed-recovery-codes = Se crearon códigos de recuperación nuevos
mail-changed-email = Su dirección se ha cambiado
mail-changed-email-by-admin = Un administrador cambió la dirección de su cuenta
mail-changed-role = Su función se ha cambiado
mail-changed-recovery-asked = Se han declarado perdidas las formas de iniciar sesión en su cuenta
mail-changed-recovered = Su cuenta se ha recuperado
mail-changed-access-pass-approved = El servicio de asistencia puede entregar un código de acceso para su cuenta
mail-changed-access-pass-used = Se usó un código de acceso para su cuenta
mail-changed-intro = Se trata de su cuenta de { $tenant }. Si fue usted, no tiene que hacer nada.
mail-changed-note = Si no fue usted, proteja su cuenta ahora. Para ello no necesita contraseña.
mail-changed-why = Siempre escribimos cuando cambia algo así.
mail-request-heading = { $app } espera su aprobación
mail-request-intro = Mire lo que pide y apruébelo o rechácelo.
mail-request-note = La aplicación le muestra: { $message }
mail-request-act = Ver la solicitud
mail-request-why = Recibe este correo porque una aplicación pidió su aprobación. Si usted no lo inició, rechácelo en esa página.
mail-admin-subject = Su acceso a la consola de { $tenant }
mail-admin-heading = Configure su acceso
mail-admin-intro = Se le ha concedido la función «{ $role }» para { $tenant }.
mail-admin-note = { $n ->
    [one] El enlace sirve una sola vez y durante un minuto.
   *[other] El enlace sirve una sola vez y durante { $n } minutos.
}
mail-admin-act = Configurar el acceso
mail-admin-why = Recibe este correo porque alguien con derecho a hacerlo creó el enlace para usted.
mail-new-password-heading = Su código para elegir una contraseña nueva
mail-new-password-note = Nadie de nuestra parte se lo pedirá nunca. Si no lo pidió, no haga nada: sin el código no cambia nada.
mail-new-password-why = Recibe este correo porque alguien dijo que ha olvidado la contraseña de { $account }.
mail-sign-up-heading = Su código para una cuenta nueva
mail-sign-up-note = Nadie de nuestra parte se lo pedirá nunca. Si no lo pidió, no haga nada: sin el código no se crea ninguna cuenta.
mail-sign-up-why = Recibe este correo porque alguien quiere crear una cuenta con { $account }.
mail-exists-subject = Usted tiene una cuenta en { $tenant }
mail-exists-heading = Ya tiene una cuenta
mail-exists-intro = Alguien quiso usar { $account } para otra cuenta en { $tenant }. Ya existe una con esta dirección. Si fue usted, inicie sesión; allí puede sustituir una contraseña olvidada.
mail-exists-note = No se ha cambiado nada.
mail-exists-act = Iniciar sesión
mail-new-address-heading = Su código para su dirección nueva
mail-new-address-note = Nadie de nuestra parte se lo pedirá nunca. Si no lo pidió, no haga nada: sin el código no cambia nada.
mail-new-address-why = Recibe este correo porque alguien quiere usar { $account } para una cuenta.
mail-not-possible-subject = Sobre su solicitud a { $tenant }
mail-not-possible-why = Si no fue usted, no haga caso de este correo.
mail-no-account-heading = No hay ninguna cuenta con esta dirección
mail-no-account-intro = Alguien pidió a { $tenant } una contraseña nueva para { $account }. No existe tal cuenta; puede que haya usado otra dirección.
mail-disabled-heading = Esta cuenta está desactivada
mail-disabled-intro = Alguien pidió a { $tenant } una contraseña nueva o una cuenta nueva para { $account }. La cuenta está desactivada; pregunte a quienes la gestionan.

# Más textos de las páginas alojadas
problem-code-exhausted = Demasiados códigos incorrectos. Empiece de nuevo el inicio de sesión.
problem-resend-exhausted = No se envían más códigos en este inicio de sesión. Empiece de nuevo o elija otra forma.
problem-method = Esa forma no está disponible aquí. Elija otra.
problem-mail = No hemos podido enviar un correo en este momento. Inténtelo de nuevo en un momento o elija otra forma.
unknown-browser = Navegador desconocido
choose-new-password = Elegir una contraseña nueva
factor-passkey = Llave de acceso
factor-totp = Aplicación de autenticación
factor-push = Dispositivo que aprueba
consent-policy = Política de privacidad
consent-terms = Condiciones de uso
admin-link-title = Asuma su función
admin-link-text = Usted ({ $email }) va a recibir la función «{ $role }» en esta organización.
admin-link-act = Continuar
admin-link-next = A continuación, inicie sesión y configure un segundo factor; la consola lo exige.
role-owner = Propietario
role-admin = Administrador
role-analyst = Analista
role-support = Asistencia
role-auditor = Auditor
role-operator = Operador
